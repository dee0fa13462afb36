export interface Answer {
  items: { id: number; title: string; link: string; at: number }[];
}

export const pageOf = ({ items }: Answer, page: number, base: string) => ({
  items: items.map(({ id, title, link, at }) => ({
    guid: String(id),
    title,
    url: new URL(link, base).href,
    publishedAt: new Date(at * 1000).toISOString(),
  })),
  next: items.length === 0 ? null : String(page + 1),
});
