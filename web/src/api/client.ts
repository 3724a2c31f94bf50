// The one way from the console to the server. The session travels in a cookie that scripts cannot
// read; the CSRF token of that session travels in a header and is kept in memory only.

const base = "/elements/api-v2";

/** What the server said when it refused. `provider` is the connected service's own words. */
export class ApiError extends Error {
  readonly status: number;
  readonly provider: string;
  readonly requestId: string;
  /** Seconds to wait before trying again; 0 when the server did not say. */
  readonly retryAfter: number;
  /** A word for refusals that the page answers in its own way; "" mostly. */
  readonly code: string;

  constructor(status: number, message: string, provider = "", requestId = "", retryAfter = 0, code = "") {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.provider = provider;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
    this.code = code;
  }
}

export function statusOf(error: unknown): number {
  return error instanceof ApiError ? error.status : 0;
}

/** An answer with its headers, body still as text. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

export interface CallOptions {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  /** Body that is sent as it stands instead of being written as JSON. */
  rawBody?: string | Blob;
  contentType?: string;
  /** A form with files, sent as it stands. */
  form?: FormData;
  /** Token of an instance: makes it a connector call. */
  elementToken?: string;
  signal?: AbortSignal;
}

let csrf = "";
let renew: (() => Promise<boolean>) | undefined;

/** Sets the token that proves a call comes from this page. */
export function setCsrf(token: string): void {
  csrf = token;
}

/** Sets what is asked when a call is refused for want of a session; it answers whether to try again. */
export function onUnauthenticated(ask: () => Promise<boolean>): void {
  renew = ask;
}

async function send(path: string, options: CallOptions): Promise<Answer> {
  const headers = new Headers({ Accept: "application/json" });
  if (csrf) headers.set("X-Jackfield-CSRF", csrf);
  if (options.elementToken) headers.set("Authorization", `Element ${options.elementToken}`);
  let body: string | Blob | undefined;
  if (options.rawBody !== undefined) {
    body = options.rawBody;
  } else if (options.body !== undefined) {
    body = JSON.stringify(options.body);
  }
  if (body !== undefined) headers.set("Content-Type", options.contentType ?? "application/json"); // that of a form has a boundary of its own

  let response: Response;
  try {
    response = await fetch(path, {
      method: options.method ?? "GET",
      headers,
      body: options.form ?? body,
      signal: options.signal,
      credentials: "same-origin",
      cache: "no-store",
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError(0, "");
  }
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Makes the error of a refused answer. */
export function errorOf(answer: Answer): ApiError {
  let message = "";
  let provider = "";
  let code = "";
  let requestId = answer.headers.get("Elements-Request-Id") ?? "";
  try {
    const body: unknown = JSON.parse(answer.text);
    if (body && typeof body === "object") {
      const fields = body as Record<string, unknown>;
      if (typeof fields.message === "string") message = fields.message;
      if (typeof fields.providerMessage === "string") provider = fields.providerMessage;
      if (typeof fields.code === "string") code = fields.code;
      if (typeof fields.requestId === "string") requestId = fields.requestId;
    }
  } catch {
    // Not JSON: something between the console and the server answered. The status says enough.
  }
  return new ApiError(answer.status, message, provider, requestId, Number(answer.headers.get("Retry-After")) || 0, code);
}

/** Calls the server's own pages below /console. */
export async function consoleCall<T>(path: string, options: CallOptions = {}): Promise<T> {
  const answer = await send(`/console${path}`, options);
  if (answer.status >= 400) throw errorOf(answer);
  return (answer.text ? JSON.parse(answer.text) : undefined) as T;
}

/** Calls the wire API and gives back whatever came, refusals included. */
export async function exchange(path: string, options: CallOptions = {}): Promise<Answer> {
  const answer = await send(base + path, options);
  if (answer.status !== 401 || !renew) return answer;
  if (errorOf(answer).provider) return answer; // the provider refused, not the server
  return (await renew()) ? send(base + path, options) : answer;
}

/** Calls the wire API, decodes the JSON answer and throws on a refusal. */
export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const answer = await exchange(path, options);
  if (answer.status >= 400) throw errorOf(answer);
  return (answer.text ? JSON.parse(answer.text) : undefined) as T;
}

/** Reads every page of a platform list. `limit` stops a list that does not end. */
export async function callAll<T>(path: string, limit = 50): Promise<T[]> {
  const rows: T[] = [];
  let token = "";
  for (let page = 0; page < limit; page++) {
    const join = path.includes("?") ? "&" : "?";
    const answer = await exchange(path + (token ? `${join}nextPage=${encodeURIComponent(token)}` : ""));
    if (answer.status >= 400) throw errorOf(answer);
    rows.push(...(JSON.parse(answer.text) as T[]));
    token = answer.headers.get("Elements-Next-Page-Token") ?? "";
    if (!token) break;
  }
  return rows;
}
