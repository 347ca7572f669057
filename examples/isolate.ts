import { Aitorflow, task } from "aitor";

let online = false;
const load = task("load", (city: string) => ({ city }));
const weather = task("weather", (place: { city: string }) => {
  if (!online) throw new Error("the weather service does not answer");
  return `sunny in ${place.city}`;
});
const sights = task("sights", (place: { city: string }) => [`old ${place.city}`, "the harbour"]);
const plan = task("plan", (forecast: string, places: readonly string[]) => `${forecast}: ${places.join(", ")}`);

// Tasks that do not need a failed task's result still finish.
const trip = new Aitorflow("trip", load.to([weather, sights]).to(plan), { failure: "isolate" });

const result = await trip.run("Porto");
console.log(result.complete, result.results["sights"]);
console.log(result.failed["weather"]?.message.split("\n")[0]);
console.log(result.skipped);

online = true;
const again = await trip.rerun(result); // runs only weather and plan
if (again.complete) console.log(again.output);

/* prints:
false [ 'old Porto', 'the harbour' ]
step "weather" failed: the weather service does not answer
{ plan: [ 'weather' ] }
sunny in Porto: old Porto, the harbour
*/
