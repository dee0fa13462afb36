/** Hands values from one who gives to one who takes; giving waits until the value before was taken. */
export function handOver<T>() {
  let value: T | undefined;
  let over: { error?: unknown } | null = null;
  let wake: () => void = () => undefined;
  const changed = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  let change = changed();
  const tell = (): void => {
    const before = wake;
    change = changed();
    before();
  };
  return {
    async give(next: T) {
      while (value !== undefined && !over) await change;
      if (over?.error) throw over.error;
      value = next;
      tell();
    },
    end: () => {
      over ??= {};
      tell();
    },
    stop: (error: unknown) => {
      over ??= { error };
      tell();
    },
    async *all(): AsyncGenerator<T> {
      for (;;) {
        while (value === undefined && !over) await change;
        if (over?.error) throw over.error;
        if (value === undefined) return;
        yield value;
        value = undefined;
        tell();
      }
    },
  };
}
