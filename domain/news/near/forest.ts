/** Two of one group, and how near they are. */
export interface Edge {
  a: number;
  b: number;
  near: number;
}

/** Keeps of many edges those of a maximum spanning forest (Kruskal 1956): the same groups, each by its strongest links. */
export interface Forest {
  join(a: number, b: number, near: number): void;
  edges(): Edge[];
}

/** So many edges are held before the needless ones are dropped. */
const HELD = 1_000_000;

export function makeForest(): Forest {
  let held: Edge[] = [];
  let limit = HELD;
  return {
    join(a, b, near) {
      held.push({ a, b, near });
      if (held.length < limit) return;
      held = spanning(held);
      limit = held.length + HELD;
    },
    edges: () => (held = spanning(held)),
  };
}

function spanning(edges: Edge[]): Edge[] {
  const parents = new Map<number, number>();
  const rootOf = (node: number): number => {
    let root = node;
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up;
    for (let at = node; at !== root;) {
      const up = parents.get(at) as number;
      parents.set(at, root);
      at = up;
    }
    return root;
  };
  return edges
    .sort((x, y) => y.near - x.near)
    .filter(({ a, b }) => {
      const [one, other] = [rootOf(a), rootOf(b)];
      if (one !== other) parents.set(one, other);
      return one !== other;
    });
}
