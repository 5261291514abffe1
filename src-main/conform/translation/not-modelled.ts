/** Something that an observation speaks of and the lab has no word for. */
export class NotModelled extends Error {
  override readonly name = 'NotModelled';
}
