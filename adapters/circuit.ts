export interface Circuit {
  /** Why it is not to be asked now, or null; after the pause one asker is let through. */
  refusal(): string | null;
  passed(): void;
  failed(reason: string): void;
  isOpen(): boolean;
}

/** Stops asking what fails again and again in this process. */
export function openCircuit(
  options: { failures?: number; pauseMs?: number; now?: () => number } = {},
): Circuit {
  const { failures = 3, pauseMs = 30_000, now = Date.now } = options;
  let [count, until, last] = [0, 0, ''];
  return {
    refusal() {
      if (count < failures) return null;
      const left = until - now();
      if (left > 0)
        return `it failed ${count} times and is left alone for ${Math.ceil(left / 1000)} s more; last: ${last}`;
      // Whoever asks now decides; the others wait for what comes of it.
      until = now() + pauseMs;
      return null;
    },
    passed() {
      count = 0;
    },
    failed(reason) {
      count++;
      last = reason.slice(0, 300);
      until = now() + pauseMs;
    },
    isOpen: () => count >= failures,
  };
}
