//! The log and, when an endpoint is set, traces by OpenTelemetry.

use crate::cli::console::{filter, takes_color};
use crate::config::{LogFormat, Serve};
use anyhow::{Context, Result};
use axum::http::HeaderMap;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::io;
use std::time::Duration;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

/// Variables of OpenTelemetry that name an endpoint.
const VARIABLES: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
/// How long the last traces may take to go out.
const LAST: Duration = Duration::from_secs(3);

/// What sends traces; the last ones go out when it is dropped.
#[derive(Debug, Default)]
pub struct Traces(Option<SdkTracerProvider>);

impl Drop for Traces {
    fn drop(&mut self) {
        if let Some(provider) = &self.0 {
            // Whoever takes them may be gone already.
            let _ = provider.shutdown_with_timeout(LAST);
        }
    }
}

/// Starts the log and the traces. Not from within a runtime: the sender has its own thread.
pub fn start(verbose: u8, serve: &Serve) -> Result<Traces> {
    let log = match serve.log {
        LogFormat::Json => fmt::layer().json().with_writer(io::stderr).boxed(),
        LogFormat::Text => fmt::layer().with_writer(io::stderr).with_ansi(takes_color(&io::stderr())).boxed(),
    };
    let provider = provider(&serve.traces)?;
    let traces = provider.as_ref().map(|provider| {
        // Of what sends them there are none, or there would be no end.
        let own = Targets::new().with_target("naqi", LevelFilter::INFO);
        tracing_opentelemetry::layer().with_tracer(provider.tracer("naqi")).with_filter(own)
    });
    // Fails only if a log was started before. A service says a little more than a command.
    let _ = registry().with(traces).with(log.with_filter(filter(verbose.saturating_add(1)))).try_init();
    Ok(Traces(provider))
}

fn provider(endpoint: &str) -> Result<Option<SdkTracerProvider>> {
    let mut exporter = SpanExporter::builder().with_http();
    if !endpoint.is_empty() {
        let mut url = url::Url::parse(endpoint).with_context(|| format!("serve.traces: `{endpoint}` is not an address"))?;
        if url.path() == "/" {
            url.set_path("/v1/traces");
        }
        exporter = exporter.with_endpoint(url);
    } else if !VARIABLES.iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty())) {
        return Ok(None);
    }
    let exporter = exporter.build().context("cannot send traces")?;
    let resource = Resource::builder().with_service_name("naqi").build();
    Ok(Some(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()))
}

/// Joins a span to the trace that a request belongs to (W3C Trace Context).
pub fn join(span: &Span, headers: &HeaderMap) {
    if headers.contains_key("traceparent") {
        // Fails when there are no traces.
        let _ = span.set_parent(TraceContextPropagator::new().extract(&Headers(headers)));
    }
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}
