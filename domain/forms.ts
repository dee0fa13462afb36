import { InvalidInputError } from './errors.js';

interface Faults {
  addIssue(issue: { code: 'custom'; message: string }): void;
}

/**
 * A reader that throws as a zod refinement: a text (or an object) of the wrong form is refused where it arrives, with the reader's
 * own words, and not by a step later.
 */
export const formFault =
  <T>(read: (value: T) => unknown) =>
  (value: T, faults: Faults): void => {
    try {
      read(value);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      faults.addIssue({ code: 'custom', message: error.message });
    }
  };
