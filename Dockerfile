# One static binary on an image without a shell. Built by tests/image/build.sh as it stands.
#   docker build -t naqi .            podman build -t naqi .            buildah build --format docker -t naqi .
FROM docker.io/library/rust:1-slim-bookworm AS build
WORKDIR /src
COPY . .
# Static, so that the final image needs no libraries; against glibc, which the toolchain of this image has at hand (names are resolved without
# its plug-ins since 2.34). With a target named, build scripts and macros stay dynamic.
ARG LTO=thin
ENV RUSTFLAGS="-C target-feature=+crt-static" CARGO_PROFILE_RELEASE_LTO=$LTO CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_PROFILE_RELEASE_STRIP=symbols
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    target="$(rustc -vV | sed -n 's/^host: //p')" \
    && cargo build --release --locked --bin naqi --target "$target" \
    && install -D -m 0755 "target/$target/release/naqi" /out/usr/local/bin/naqi \
    && install -D -m 0644 -t /out/usr/share/doc/naqi LICENSE-MIT LICENSE-APACHE

# What is inside, as CycloneDX. A stage of its own, so that it is built beside the binary and kept between builds.
FROM docker.io/library/rust:1-slim-bookworm AS sbom
ARG CARGO_CYCLONEDX=0.5.9
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/tmp/cyclonedx \
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 cargo install --locked --target-dir /tmp/cyclonedx cargo-cyclonedx@"$CARGO_CYCLONEDX"
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    cargo cyclonedx --format json --spec-version 1.5 --no-build-deps --target "$(rustc -vV | sed -n 's/^host: //p')" \
    && install -D -m 0644 naqi.cdx.json /out/usr/share/doc/naqi/sbom.cdx.json

# Certificates of authorities, time zones, a user without rights; no shell, no package manager.
FROM gcr.io/distroless/static-debian12:nonroot
ARG VERSION=0.1.0
ARG REVISION=""
LABEL org.opencontainers.image.title="naqi" \
      org.opencontainers.image.description="Cleans scraped web pages before they are republished" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="gcr.io/distroless/static-debian12:nonroot"
COPY --from=sbom /out/ /
COPY --from=build /out/ /
# Few arenas: what a large page took is used again by the next one.
ENV MALLOC_ARENA_MAX=2
# A number, so that Kubernetes can tell that it is not root.
USER 65532:65532
WORKDIR /home/nonroot
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=4s --start-period=5s --retries=3 CMD ["/usr/local/bin/naqi", "health", "http://127.0.0.1:8080/readyz"]
# Pages on standard input work as well: `docker run -i --rm naqi clean - < page.html`.
ENTRYPOINT ["/usr/local/bin/naqi"]
CMD ["serve", "--listen", "0.0.0.0:8080"]
