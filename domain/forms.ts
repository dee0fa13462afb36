import { InvalidInputError } from './errors.js';

interface Faults {
  addIssue(issue: { code: 'custom'; message: string }): void;
}

/**
 * A reader that throws as a zod refinement: a text of the wrong form is refused where it arrives, with the reader's
 * own words, and not by a step later.
 */
export const formFault =
  (read: (text: string) => unknown) =>
  (text: string, faults: Faults): void => {
    try {
      read(text);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      faults.addIssue({ code: 'custom', message: error.message });
    }
  };
