/** One address that answers, as this process sees it since it was opened. */
export interface Instance {
  address: string;
  backend: string;
  provider: string;
  role: 'primary' | 'fallback';
  /** `open`: its circuit is open, so no request is sent to it for a while. */
  state: 'ready' | 'open' | 'down';
  loaded: readonly string[];
  running: number;
  p50Ms: number | null;
  p95Ms: number | null;
  requests: number;
  failures: number;
  reason: string | null;
}
export interface ServingHealth {
  backend: string;
  provider: string;
  /** Digests of ONNX files. */
  loaded: readonly string[];
  instances?: readonly Instance[];
  fallback?: {
    active: boolean;
    address: string | null;
    reason: string | null;
    since: number | null;
    requests: number;
  };
  asOf: number;
}

export const TONES: Record<Instance['state'], string> = {
  ready: 'completed',
  open: 'waiting',
  down: 'failed',
};
export const STATES: Record<Instance['state'], string> = {
  ready: 'ready',
  open: 'circuit open',
  down: 'down',
};
