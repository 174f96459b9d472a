# JupyterLab with the TypeScript kernel, the extension and the notebooks, from the same lock files as ./install.sh.
#   docker build -t tvm-vta . && docker run -p 8888:8888 tvm-vta
FROM node:22-bookworm-slim

RUN apt-get update \
  && apt-get install -y --no-install-recommends python3 python3-venv ca-certificates \
  && rm -rf /var/lib/apt/lists/*

# Binder and JupyterHub name the user; the image's own has the number that they use.
ARG NB_USER=jovyan
ARG NB_UID=1000
RUN userdel --remove node && useradd --create-home --uid "${NB_UID}" "${NB_USER}"
USER ${NB_USER}
WORKDIR /home/${NB_USER}

COPY --chown=${NB_UID} . .
RUN ./install.sh --no-run && rm -rf .cache/npm .cache/pip

ENV PATH="/home/${NB_USER}/.venv/bin:${PATH}"
EXPOSE 8888
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--no-browser"]
