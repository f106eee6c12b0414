/** The width of an element, whenever it changes. */

export function follow(element: HTMLElement, tell: (width: number) => void): () => void {
  let last = element.clientWidth;
  const observer = new ResizeObserver(() => {
    const width = element.clientWidth;
    if (width && width !== last) {
      last = width;
      tell(width);
    }
  });
  observer.observe(element);
  return () => observer.disconnect();
}
