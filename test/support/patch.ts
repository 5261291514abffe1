/** Replaces a member of an object, which its prototype may own; answers what takes that back. */
export function patch<Owner extends object, Name extends keyof Owner>(owner: Owner, name: Name, make: (original: Owner[Name]) => Owner[Name]): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, name)
  owner[name] = make(owner[name])
  return () => {
    if (own === undefined) Reflect.deleteProperty(owner, name)
    else Object.defineProperty(owner, name, own)
  }
}
