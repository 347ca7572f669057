const kid = { name: "kid", version: "1", async execute(run: any) { return await run.waitFor("go"); } };
export default { name: "parent", version: "1", async execute(run: any) { return await run.child(kid, null); } };
