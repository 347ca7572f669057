export default (): void => {};

throw Object.assign(new Error("no configuration"), { code: "E_CONFIG" });
