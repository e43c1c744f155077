# heron on its own:  docker build -t heron .
#                    docker run --rm -it -v "$PWD:/work" heron learn line
# Two stages: what is needed to build a wheel does not travel.
ARG PYTHON=3.13
FROM python:${PYTHON}-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN python -m venv /opt/heron \
    && /opt/heron/bin/pip install --no-cache-dir . \
    && /opt/heron/bin/pip uninstall --yes --quiet pip \
    && /opt/heron/bin/python -m compileall -q /opt/heron/lib

FROM python:${PYTHON}-slim
LABEL org.opencontainers.image.title="heron" \
      org.opencontainers.image.description="The Keras 3 API written anew on JAX" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --create-home --uid 1000 heron && install --directory --owner=heron --group=heron /work
COPY --from=build /opt/heron /opt/heron
ENV PATH="/opt/heron/bin:$PATH" PYTHONUNBUFFERED=1 MPLBACKEND=Agg
USER heron
WORKDIR /work
ENTRYPOINT ["heron"]
CMD ["--help"]
