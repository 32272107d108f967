/** Does this while no other tab does what has the same name. Browsers have locks with TLS only; without, it is just done. */
export function oneTabAtATime<T>(name: string, work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request(name, work) : work();
}
