# Build, then a bare runtime image: one static-enough binary, no shell, no root.
FROM rust:1-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin naqi

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /src/target/release/naqi /usr/local/bin/naqi
USER nonroot
# Pages come on standard input and leave on standard output: `docker run -i naqi < page.html`.
ENTRYPOINT ["/usr/local/bin/naqi"]
CMD ["clean", "-"]
