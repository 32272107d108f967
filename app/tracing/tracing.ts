import type { Attributes, Span } from "@opentelemetry/api";

/** Spans of what a request does. Where traces are off nothing of OpenTelemetry is loaded. */
export interface Tracing {
  /**
   * Does the work in a span, which says how long it took and why it failed. Work that no request waits for has none.
   * @param work Gets the span, undefined where there is none.
   */
  span<T>(name: string, attributes: Attributes, work: (span?: Span) => Promise<T>): Promise<T>;
}

/** Traces are off. */
export const untraced: Tracing = { span: (_name, _attributes, work) => work() };
