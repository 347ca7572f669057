import { Aitorflow, type Input, task, when } from "aitor";

// Ten tasks: orders as text come in, a bill for each customer and a note for the warehouse go out.
interface Order {
  readonly customer: string;
  readonly item: string;
  readonly count: number;
}

const prices = new Map([
  ["lamp", 20],
  ["chair", 45],
  ["table", 120],
]);

const lines = task("lines", (text: string) => text.trim().split("\n"));
const parse = task("parse", (line: string): Order => {
  const [customer = "", item = "", count = ""] = line.split(",");
  return { customer, item, count: Number(count) };
});
const valid = task("valid", (orders: readonly Order[]) =>
  orders.filter(({ item, count }) => prices.has(item) && count > 0),
);
const refused = task("refused", (orders: readonly Order[], good: readonly Order[]) => orders.length - good.length);
const amounts = task("amounts", (orders: readonly Order[]) =>
  orders.map(({ item, count }) => (prices.get(item) ?? 0) * count),
);
const total = task("total", (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0));
const discount = task("discount", (sum: number) => Math.round(sum * 0.9));
const bills = task("bills", (orders: readonly Order[], values: readonly number[]) => {
  const owed: Record<string, number> = {};
  for (const [index, { customer }] of orders.entries()) owed[customer] = (owed[customer] ?? 0) + (values[index] ?? 0);
  return owed;
});
const stock = task("stock", (orders: readonly Order[]) => orders.map(({ item, count }) => `${count} × ${item}`));
const large = when("price", (sum: number) => sum > 150, discount); // the tenth: a discount, or the sum as it is

export const billing = Aitorflow.define("billing", (flow, text: Input<string>) => {
  const orders = flow.map(parse, flow.add(lines, text)); // one step for each line
  const good = flow.add(valid, orders);
  const values = flow.map(amounts, good, { batch: 2 }); // one step for every two orders
  const price = flow.add(large, flow.add(total, values));
  return [flow.add(bills, good, values), flow.add(stock, good), flow.add(refused, orders, good), price];
});

const { output } = await billing.run("ann,lamp,2\nbo,table,1\nann,chair,1\nbo,rocket,1\n");
console.log(output);

/* prints:
{
  bills: { ann: 85, bo: 120 },
  stock: [ '2 × lamp', '1 × table', '1 × chair' ],
  refused: 1,
  price: 185
}
*/
