// Who there is, and how the back end tells them something.
export interface Person {
  readonly id: string;
  readonly name: string;
}

/** Users that the bundled server knows; dana owns every campaign. */
export const everyone: readonly Person[] = [
  { id: '1', name: 'alice' },
  { id: '2', name: 'bob' },
  { id: '3', name: 'carol' },
  { id: '8', name: 'dana' },
];

/** Has the socket server send a message: `POST /publish` of its control door. */
export type Publish = (order: {
  readonly channel: string;
  readonly message: unknown;
  readonly room?: string;
  readonly users?: readonly string[];
}) => Promise<void>;
