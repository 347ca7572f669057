/** Shapes of keys, as regular expressions without their beginning: keys of providers, and of the services whose keys leak most. */
export const keyShapes: Readonly<Record<string, string>> = {
  "an API key of OpenAI or Anthropic": String.raw`sk-(?:proj-|ant-|svcacct-)?[A-Za-z0-9_-]{24,}`,
  "an API key of Google": String.raw`AIza[0-9A-Za-z_-]{35}`,
  "an API key of another provider of models": String.raw`(?:gsk|xai|fw|csk|pplx|r8|hf)[-_][A-Za-z0-9]{24,}`,
  "an access key of AWS": String.raw`(?:AKIA|ASIA)[0-9A-Z]{16}\b`,
  "a token of GitHub": String.raw`(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})`,
  "a token of Slack": String.raw`xox[abprs]-[A-Za-z0-9-]{20,}`,
  "a token of npm": String.raw`npm_[A-Za-z0-9]{36}\b`,
  "a signed token": String.raw`eyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}`,
};
