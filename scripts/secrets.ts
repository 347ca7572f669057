/** What keys look like: of providers and of other services whose keys are found in repositories most. */
const PATTERNS: Readonly<Record<string, RegExp>> = {
  "an API key of OpenAI or Anthropic": /\bsk-(?:proj-|ant-|svcacct-)?[A-Za-z0-9_-]{24,}/g,
  "an API key of Google": /\bAIza[0-9A-Za-z_-]{35}/g,
  "an API key of another provider of models": /\b(?:gsk|xai|fw|csk|pplx|r8|hf)[-_][A-Za-z0-9]{24,}/g,
  "an access key of AWS": /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  "a token of GitHub": /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})/g,
  "a token of Slack": /\bxox[abprs]-[A-Za-z0-9-]{20,}/g,
  "a token of npm": /\bnpm_[A-Za-z0-9]{36}\b/g,
  "a signed token": /\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}/g,
  "a private key": /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/g,
};

/** Each thing in a text that looks like a key, without the key: what it is, and in which line. */
export function secretsIn(text: string): { readonly what: string; readonly line: number }[] {
  return Object.entries(PATTERNS).flatMap(([what, pattern]) =>
    [...text.matchAll(pattern)].map(({ index }) => ({ what, line: text.slice(0, index).split("\n").length })),
  );
}
