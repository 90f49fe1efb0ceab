// One way to call the server: JSON in, JSON out, and one error type that says whether trying again can help.

const PATIENCE_MS = 30000;

/** A refused or failed call. `status` is 0 when the server was not reached; `problem` is its RFC 9457 body. */
export class ApiError extends Error {
  constructor(status, problem = {}, retryAfter = null) {
    super(problem.detail ?? `status ${status}`);
    this.status = status;
    this.problem = problem;
    this.code = problem.code ?? (status ? 'http_error' : 'network');
    this.retryAfter = retryAfter;
  }

  /** True when the same call may succeed later. */
  get passing() { return this.status === 0 || this.status === 408 || this.status === 425 || this.status === 429 || this.status >= 500; }
}

async function readJson(response) {
  const text = await response.text();
  try { return JSON.parse(text); } catch { return null; }
}

/** Call `path`; resolves to the parsed body. Rejects with ApiError, or with AbortError when `signal` is aborted. */
export async function call(path, { method = 'GET', body, token, signal } = {}) {
  const headers = { Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (token) headers.Authorization = `Bearer ${token}`;
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  signal?.addEventListener('abort', () => patience.abort(), { once: true });
  let response;
  let parsed = null;
  try {
    response = await fetch(path, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: 'no-store',
      credentials: 'omit', signal: patience.signal,
    });
    parsed = await readJson(response);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0);
  } finally { clearTimeout(timer); }
  if (response.ok && (parsed !== null || response.status === 204)) return parsed;
  throw new ApiError(response.ok ? 0 : response.status, parsed ?? {}, Number(response.headers.get('Retry-After')) || null);
}
