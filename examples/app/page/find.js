/** The element with this `data-test` name. The page and its tests hold on to the same names: one list to keep true. */
export function find(name) {
  return document.querySelector(`[data-test="${name}"]`);
}
