import type { IncomingHttpHeaders } from "node:http";
import {
  type Attributes,
  type Context,
  context,
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AlwaysOnSampler, BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { isServerError } from "../database/failures.ts";
import type { Tracing } from "./tracing.ts";

export interface OtlpTracingOptions {
  /** As in `http://collector:4318/v1/traces`. */
  url: string;
  nodeName: string;
  release: { commit: string };
}

/** How long a node that ends waits for a collector to take its last spans. */
const farewellMs = 2_000;
/** Spans are sent this often. */
const sendMs = 1_000;

const propagator = new W3CTraceContextPropagator();

/** Sends spans to a collector, by OTLP over HTTP. A collector that is away costs spans and nothing else. */
export class OtlpTracing implements Tracing {
  private readonly provider: BasicTracerProvider;
  private readonly tracer: Tracer;

  constructor({ url, nodeName, release }: OtlpTracingOptions) {
    // There is one for the process, however many nodes run in it; a second is refused.
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const exporter = new OTLPTraceExporter({ url, timeoutMillis: 5_000 });
    this.provider = new BasicTracerProvider({
      resource: resourceFromAttributes({
        "service.name": "capstone",
        "service.instance.id": nodeName,
        "service.version": release.commit,
      }),
      // A caller says which trace a request belongs to, and not whether there is one.
      sampler: new AlwaysOnSampler(),
      spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: sendMs })],
    });
    this.tracer = this.provider.getTracer("capstone");
  }

  /** @returns The request's span; its parent is the caller's, where the request names one. */
  begin(name: string, headers: IncomingHttpHeaders, attributes: Attributes): Context {
    const parent = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    return trace.setSpan(parent, this.tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent));
  }

  async span<T>(name: string, attributes: Attributes, work: (span?: Span) => Promise<T>): Promise<T> {
    if (trace.getActiveSpan() === undefined) return work();
    return this.tracer.startActiveSpan(name, { attributes }, async (span) => {
      try {
        return await work(span);
      } catch (error) {
        fail(span, error as Error);
        throw error;
      } finally {
        span.end();
      }
    });
  }

  async end(): Promise<void> {
    const late = AbortSignal.timeout(farewellMs);
    const gaveUp = new Promise<void>((resolve) => late.addEventListener("abort", () => resolve()));
    // A collector that is away must not keep a node from ending.
    await Promise.race([this.provider.shutdown().catch(() => {}), gaveUp]);
  }
}

/** The trace that a line of the log belongs to; nothing outside of a request. */
export function traceOfLogLine(): { traceId?: string } {
  const traceId = trace.getActiveSpan()?.spanContext().traceId;
  return traceId === undefined ? {} : { traceId };
}

/** The server's own words may quote a value of the statement: of its errors the code is told. */
function fail(span: Span, error: Error): void {
  span.setAttribute("error.type", error.name);
  const message = isServerError(error) ? `SQLSTATE ${error.code}` : error.message;
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}
