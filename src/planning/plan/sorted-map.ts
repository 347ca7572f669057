/**
 * A map in the order of its keys, as a value: `set` and `delete` return another map and leave this one as it is. Two versions
 * share everything but the path to what differs, so a change costs the logarithm of the size, in time and in memory.
 *
 * Many changes in a row may name an `owner`, any object of their own. Nodes that were made for that owner are then changed in
 * place. So the versions between them must not be used, and the owner must be forgotten with the last change.
 *
 * It is a weight-balanced tree. The two constants are those proven right by Hirai and Yamamoto ("Balancing weight-balanced
 * trees", 2011).
 */
export class SortedMap<Key, Value> {
  readonly #compare: Compare<Key>;
  readonly #root: Tree<Key, Value>;

  private constructor(compare: Compare<Key>, root: Tree<Key, Value>) {
    this.#compare = compare;
    this.#root = root;
  }

  static empty<Key, Value>(compare: Compare<Key>): SortedMap<Key, Value> {
    return new SortedMap<Key, Value>(compare, undefined);
  }

  get size(): number {
    return sizeOf(this.#root);
  }

  get(key: Key): Value | undefined {
    let node = this.#root;
    while (node !== undefined) {
      const order = this.#compare(key, node.key);
      if (order === 0) return node.value;
      node = order < 0 ? node.left : node.right;
    }
    return undefined;
  }

  set(key: Key, value: Value, owner?: object): SortedMap<Key, Value> {
    return new SortedMap(this.#compare, inserted(this.#root, key, value, this.#compare, owner));
  }

  delete(key: Key, owner?: object): SortedMap<Key, Value> {
    if (this.get(key) === undefined) return this;
    return new SortedMap(this.#compare, removed(this.#root as Node<Key, Value>, key, this.#compare, owner));
  }

  /** Returns the value of the last key that is smaller. */
  before(key: Key): Value | undefined {
    let node = this.#root;
    let found: Tree<Key, Value>;
    while (node !== undefined) {
      const isSmaller = this.#compare(node.key, key) < 0;
      if (isSmaller) found = node;
      node = isSmaller ? node.right : node.left;
    }
    return found?.value;
  }

  /** Yields the values in the order of their keys. @param from The first key that counts. @default the smallest */
  *values(from?: Key): Generator<Value, void, undefined> {
    const path: Node<Key, Value>[] = [];
    let node = this.#root;
    while (node !== undefined) {
      const counts = from === undefined || this.#compare(node.key, from) >= 0;
      if (counts) path.push(node);
      node = counts ? node.left : node.right;
    }
    for (let next = path.pop(); next !== undefined; next = path.pop()) {
      yield next.value;
      for (let below = next.right; below !== undefined; below = below.left) path.push(below);
    }
  }
}

/** Negative where `a` comes first, 0 where both are the same key. */
type Compare<Key> = (a: Key, b: Key) => number;

type Tree<Key, Value> = Node<Key, Value> | undefined;

class Node<Key, Value> {
  key: Key;
  value: Value;
  left: Tree<Key, Value>;
  right: Tree<Key, Value>;
  size: number;
  readonly owner: object | undefined;

  constructor(key: Key, value: Value, left: Tree<Key, Value>, right: Tree<Key, Value>, owner: object | undefined) {
    this.key = key;
    this.value = value;
    this.left = left;
    this.right = right;
    this.size = sizeOf(left) + sizeOf(right) + 1;
    this.owner = owner;
  }
}

/** How many times the weight of one side the other may have. */
const MOST = 3;
/** From which ratio of the inner to the outer grandchild one rotation is not enough. */
const TWICE = 2;

function sizeOf<Key, Value>(tree: Tree<Key, Value>): number {
  return tree === undefined ? 0 : tree.size;
}

function inserted<Key, Value>(
  tree: Tree<Key, Value>,
  key: Key,
  value: Value,
  compare: Compare<Key>,
  owner: object | undefined,
): Node<Key, Value> {
  if (tree === undefined) return new Node(key, value, undefined, undefined, owner);
  const order = compare(key, tree.key);
  if (order < 0) return balanced(tree, inserted(tree.left, key, value, compare, owner), tree.right, owner);
  if (order > 0) return balanced(tree, tree.left, inserted(tree.right, key, value, compare, owner), owner);
  if (owner === undefined || tree.owner !== owner) return new Node(key, value, tree.left, tree.right, owner);
  [tree.key, tree.value] = [key, value];
  return tree;
}

/** @param tree Has the key. */
function removed<Key, Value>(
  tree: Node<Key, Value>,
  key: Key,
  compare: Compare<Key>,
  owner: object | undefined,
): Tree<Key, Value> {
  const { left, right } = tree;
  const order = compare(key, tree.key);
  if (order < 0) return balanced(tree, removed(left as Node<Key, Value>, key, compare, owner), right, owner);
  if (order > 0) return balanced(tree, left, removed(right as Node<Key, Value>, key, compare, owner), owner);
  if (left === undefined) return right;
  if (right === undefined) return left;
  let first = right;
  while (first.left !== undefined) first = first.left;
  // A node of its own: what is below still hangs on the first one.
  const top = new Node(first.key, first.value, undefined, undefined, owner);
  return balanced(top, left, removed(right, first.key, compare, owner), owner);
}

/** A node with the key and value of `top` over two trees of which one may have gained or lost one node. */
function balanced<Key, Value>(
  top: Node<Key, Value>,
  left: Tree<Key, Value>,
  right: Tree<Key, Value>,
  owner: object | undefined,
): Node<Key, Value> {
  const [onLeft, onRight] = [sizeOf(left) + 1, sizeOf(right) + 1];
  if (right !== undefined && onRight > MOST * onLeft) {
    const { left: inner, right: outer } = right;
    if (inner === undefined || sizeOf(inner) + 1 < TWICE * (sizeOf(outer) + 1)) {
      return over(right, over(top, left, inner, owner), outer, owner);
    }
    const { left: low, right: high } = inner;
    return over(inner, over(top, left, low, owner), over(right, high, outer, owner), owner);
  }
  if (left !== undefined && onLeft > MOST * onRight) {
    const { left: outer, right: inner } = left;
    if (inner === undefined || sizeOf(inner) + 1 < TWICE * (sizeOf(outer) + 1)) {
      return over(left, outer, over(top, inner, right, owner), owner);
    }
    const { left: low, right: high } = inner;
    return over(inner, over(left, outer, low, owner), over(top, high, right, owner), owner);
  }
  return over(top, left, right, owner);
}

/** A node with this one's key and value over two trees: the node itself, where it is the owner's. */
function over<Key, Value>(
  top: Node<Key, Value>,
  left: Tree<Key, Value>,
  right: Tree<Key, Value>,
  owner: object | undefined,
): Node<Key, Value> {
  if (owner === undefined || top.owner !== owner) return new Node(top.key, top.value, left, right, owner);
  top.left = left;
  top.right = right;
  top.size = sizeOf(left) + sizeOf(right) + 1;
  return top;
}
