/** The command `tvm-vta-kernel`. */

import { Command } from "commander";
import { kernelVersion } from "../hosts/node/libraries";
import {
  CommandError,
  DISPLAY_NAME,
  installSpec,
  specFolder,
  uninstallSpec,
  type Place,
} from "./kernelspec";

function withPlace(command: Command): Command {
  return command
    .option("--user", "for this user (the default)")
    .option("--sys-prefix", "into the active Python environment")
    .option("--prefix <folder>", "into <folder>/share/jupyter/kernels")
    .option("--python <command>", "interpreter of the environment for --sys-prefix", "python3");
}

const program = new Command("tvm-vta-kernel")
  .description(`The Jupyter kernel "${DISPLAY_NAME}"`)
  .version(kernelVersion());

withPlace(program.command("install"))
  .description("install the kernelspec for Jupyter")
  .action((place: Place) => {
    const folder = specFolder(place);
    installSpec(folder);
    console.log(`Installed "${DISPLAY_NAME}" in ${folder}`);
  });

withPlace(program.command("uninstall"))
  .description("remove the kernelspec")
  .action((place: Place) => {
    const folder = specFolder(place);
    console.log(uninstallSpec(folder) ? `Removed ${folder}` : `There is nothing in ${folder}`);
  });

program
  .command("doctor")
  .description("check the installation")
  .action(async () => {
    const { doctor } = await import("./doctor.js");
    if (!(await doctor(console.log))) process.exitCode = 1;
  });

program
  .command("start")
  .description("run the kernel; Jupyter calls this")
  .argument("<connection-file>")
  .action(async (connectionFile: string) => {
    const { startKernel } = await import("./start.js");
    await startKernel(connectionFile);
  });

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof CommandError ? error.message : error);
  process.exitCode = 1;
});
