# syntax=docker/dockerfile:1
# facturo alone, without a PostgreSQL: DATABASE_URL names one. See docker-compose.yml.

FROM rust:1-slim-bookworm AS build
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked --bin facturo \
    && install -D --mode=755 target/release/facturo /out/facturo

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="facturo" \
      org.opencontainers.image.description="Invoicing by conversation: an MCP server on stdio" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
# The authorities that a managed database's certificate is checked against: the newest are wanted, so no version.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin facturo
COPY --from=build /out/facturo /usr/local/bin/facturo
COPY LICENSE-MIT LICENSE-APACHE /usr/share/doc/facturo/
USER 10001:10001
ENTRYPOINT ["/usr/local/bin/facturo"]
