/** These may also be given as the path of a file, `<NAME>_FILE`: an address of a store can hold its password. */
export const SECRETS = [
  'FINSIGHT_API_KEY',
  'FINSIGHT_ADMIN_KEY',
  'FINSIGHT_LLM_KEY',
  'TEMPORAL_API_KEY',
  'DOCUMENTS_URL',
  'EVENTS_URL',
  'CACHE_URL',
  'SERIES_URL',
  'OBJECTS_URL',
  'REGISTRY_URL',
  'SERVING_URL',
  'SMTP_URL',
] as const;
