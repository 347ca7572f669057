import { Aitorflow, isFlowError, task } from "aitor";
import { z } from "zod";

// Any schema that follows https://standardschema.dev checks what a task is given and what it returns.
const person = z.object({ name: z.string().min(1), age: z.number().int() });
const greet = task("greet", ({ name, age }) => `${name} is ${age}`, { input: person, output: z.string() });
const greeting = new Aitorflow("greeting", greet);

console.log((await greeting.run({ name: "Ada", age: 36 })).output);
try {
  await greeting.run({ name: "", age: 36.5 });
} catch (error) {
  console.log(isFlowError(error) && (error.cause as Error).message);
}

/* prints:
Ada is 36
step "greet" failed: the input of task "greet" does not match its schema
  expected: .name: Too small: expected string to have >=1 characters; .age: Invalid input: expected int, received number
  got: an object with name, age
  fix: correct the value, or the schema if the value is right
*/
