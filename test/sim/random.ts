import { random } from "../random.ts";

/** Chance that can be had again: of one seed always the same numbers, in the same order. */
export class Random {
  /** From 0 up to 1. */
  readonly next: () => number;

  /** @param of A number or a text; the same one gives the same numbers. */
  constructor(of: number | string) {
    let hash = 0x811c9dc5;
    for (const character of String(of)) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
    this.next = random(hash);
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.next() * items.length)] as Item;
  }

  /** One of them, each as often as its weight says. */
  weighted<Item>(items: readonly (readonly [weight: number, item: Item])[]): Item {
    const sum = items.reduce((all, [weight]) => all + weight, 0);
    let left = this.next() * sum;
    for (const [weight, item] of items) {
      left -= weight;
      if (left < 0) return item;
    }
    return (items.at(-1) as readonly [number, Item])[1];
  }
}
