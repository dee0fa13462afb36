/** `[2/5] npm packages … 12 s` on stderr; a step that has nothing to do says nothing. */
export function progress(total, quiet = false) {
  const write = (text) => {
    if (!quiet) process.stderr.write(text);
  };
  return {
    say: (line) => write(`${line}\n`),
    /** Runs `work` unless `fresh` says that it was done before. */
    async step(number, name, fresh, work) {
      if (await fresh()) return;
      const label = `[${number}/${total}] ${name} …`;
      const started = Date.now();
      const seconds = () => Math.round((Date.now() - started) / 1000);
      write(label);
      const ticking =
        process.stderr.isTTY && !quiet
          ? setInterval(() => write(`\r${label} ${seconds()} s`), 1000)
          : undefined;
      try {
        await work();
        write(process.stderr.isTTY ? `\r${label} ${seconds()} s\n` : ` ${seconds()} s\n`);
      } catch (error) {
        write(' failed\n');
        throw error;
      } finally {
        clearInterval(ticking);
      }
    },
  };
}
