export default (code: number): never => process.exit(code);
