// What a generated channel says to the compiler. `types.ts` of every generated channel exports one interface of this
// shape; clients, servers and hooks are generic over it. Types only: nothing of it exists at run time.

/** Who receives a server message; the words of `x-ws-delivery`. */
export type DeliveryWord = 'direct' | 'room' | 'others' | 'other-users' | 'user' | 'everyone';

export interface ChannelTypes {
  /** Path parameters by name. */
  readonly parameters: object;
  /** Query parameters besides the token. */
  readonly query: object;
  /** Messages that the client sends, by the value of the discriminator. */
  readonly client: object;
  /** Messages that the server sends, by the value of the discriminator. */
  readonly server: object;
  /** Delivery word of each server message. */
  readonly delivery: object;
  /** Values of the discriminator of the server messages that answer each client message that has a reply. */
  readonly replies: object;
  /** Server messages that carry a sequence number; `never` where the channel has none. */
  readonly sequenced: string;
}
