import type { ClientMessage, ServerMessage } from "../messages";

type OfDeck<Message> = Message extends { deck: number } ? Omit<Message, "deck"> : never;
/** A message to one deck, before it is said to which. */
export type DeckMessage = OfDeck<ClientMessage>;
/** What the server tells of one deck. */
export type DeckWord = Exclude<Extract<ServerMessage, { deck: number }>, { type: "focus" }>;

/** `message`, to a deck. */
export function toDeck(deck: number, message: DeckMessage): ClientMessage {
  return { ...message, deck } as ClientMessage;
}
