interface Records {
  readonly steps: ReadonlyMap<string, { readonly outcome?: object }>;
  readonly timers: ReadonlyMap<string, { readonly fired: boolean }>;
  readonly signals: ReadonlyMap<string, { readonly outcome?: object }>;
}

/** The keys of the scopes that something on record is in; that of the run itself is empty. */
export function scopesOnRecord({ steps, timers, signals }: Records): ReadonlySet<string> {
  return scopesOf([...steps.keys(), ...timers.keys(), ...signals.keys()]);
}

/** Likewise, of those that something with an outcome is in. */
export function scopesWithOutcomes({ steps, timers, signals }: Records): ReadonlySet<string> {
  const keys: string[] = [];
  for (const [key, { outcome }] of [...steps, ...signals]) if (outcome !== undefined) keys.push(key);
  for (const [key, { fired }] of timers) if (fired) keys.push(key);
  return scopesOf(keys);
}

function scopesOf(keys: readonly string[]): ReadonlySet<string> {
  const scopes = new Set<string>();
  for (const key of keys) {
    for (let scope = outerOf(key); !scopes.has(scope); scope = outerOf(scope)) scopes.add(scope);
  }
  return scopes;
}

function outerOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf("/")));
}
