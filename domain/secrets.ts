/** What is shown in the place of something that may be a secret. */
export const HIDDEN = '[hidden]';

/** Words of a name whose value is a secret; compared with the parts of `apiKey`, `X-Auth-Token`, `access_key`. */
const SECRET_WORDS = new Set(
  [
    'secret secrets password passwords passwd passphrase pwd pass token tokens key keys apikey apikeys',
    'auth authorization authentication credential credentials bearer basic cookie cookies jwt oauth',
    'signature sig hmac otp pin private session',
  ]
    .join(' ')
    .split(' '),
);
/** Written as one word, in whatever letters. */
const GLUED = /secret|passw(or)?d|passphrase|token|api_?-?key|access_?-?key|authorization|credential/i;

/** Whether a member, header or parameter of this name may hold a secret. */
export const isSecretName = (name: string): boolean =>
  GLUED.test(name) ||
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .some((word) => SECRET_WORDS.has(word));

/** Ids of the platform are made of random digits, too. */
const OWN_ID =
  /^(adj|art|aud|bt|dl|ds|evt|fnd|mdl|ntf|prd|pri|qtn|rej|run|sea|srch|sto|sub|sw|trl|whs)_[0-9a-z][0-9a-z_-]*$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Shorter ones are words, tickers and dates far more often than keys. */
const LEAST = 16;

/** A run of characters that looks drawn by lot: letters and digits mixed, or capitals and small ones without sense. */
export function isTokenLike(text: string): boolean {
  if (text.length < LEAST || OWN_ID.test(text)) return false;
  if (UUID.test(text)) return true;
  return text.split(/[^A-Za-z0-9]+/).some((part) => {
    if (part.length < LEAST || /^\d+$/.test(part)) return false;
    const kinds = Array.from(part, (each) => (/\d/.test(each) ? 0 : /[A-Z]/.test(each) ? 1 : 2));
    const turns = kinds.filter((kind, i) => i > 0 && kind !== kinds[i - 1]).length;
    // `patchtst20240101` turns once, `walkForwardOptimisation` at each word, twice.
    return turns / (part.length - 1) > 0.3 || (/\d/.test(part) && turns >= 3) || part.length >= 40;
  });
}

const RUN = /[A-Za-z0-9][A-Za-z0-9_~+-]{15,}={0,2}/g;
const SCHEME = /\b(bearer|basic|apikey|api-key|token)(\s+|\s*[:=]\s*)(?=\S*[\d_-])\S{6,}/gi;
const LOGIN = /(:\/\/)[^/\s@]+@/g;
const PARAMETER = /([?&;#]|^)([A-Za-z0-9_.[\]-]{1,80})=([^&;#\s"']+)/g;

/** A text without what may be a secret in it: logins and parameters of addresses, what follows `Bearer`, long tokens. */
export const withoutTokens = (text: string): string =>
  text
    .replace(LOGIN, `$1${HIDDEN}@`)
    .replace(PARAMETER, (whole: string, begin: string, name: string) =>
      isSecretName(name) ? `${begin}${name}=${HIDDEN}` : whole,
    )
    .replace(SCHEME, `$1$2${HIDDEN}`)
    .replace(RUN, (run) => (isTokenLike(run) ? HIDDEN : run));
