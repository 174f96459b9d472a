/** The text of an inspection: signature, documentation and parameters. */

import type { Inspection } from "../language";

export function inspectionBundle(inspection: Inspection): Record<string, string> {
  return { "text/plain": plain(inspection), "text/markdown": markdown(inspection) };
}

function plain({ signature, documentation, tags }: Inspection): string {
  const parts = [signature];
  if (documentation !== "") parts.push(documentation);
  if (tags.length > 0) parts.push(tags.map(({ name, text }) => `@${name} ${text}`).join("\n"));
  return parts.join("\n\n");
}

function markdown({ signature, documentation, tags }: Inspection): string {
  const parts = [`\`\`\`typescript\n${signature}\n\`\`\``];
  if (documentation !== "") parts.push(documentation);
  const parameters = tags.filter(({ name }) => name === "param").map(({ text }) => parameter(text));
  if (parameters.length > 0) parts.push(parameters.join("\n"));
  for (const { name, text } of tags) {
    if (name === "example") parts.push(`\`\`\`typescript\n${text}\n\`\`\``);
    else if (name !== "param") parts.push(`**${name}** ${text}`.trimEnd());
  }
  return parts.join("\n\n");
}

/** The text of a `@param` tag begins with the name. */
function parameter(text: string): string {
  const [, name = text, description = ""] = /^(\S+)\s*(?:[-–—]\s*)?([^]*)$/.exec(text) ?? [];
  return description === "" ? `- \`${name}\`` : `- \`${name}\`: ${description}`;
}
