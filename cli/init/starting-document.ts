// The document that `wirepact init` writes where there is none: small, whole, and every line meant to be changed.

/** `title`: as it is shown on the page. */
export function startingDocument(title: string): string {
  return `# The contract: what client and server send, when, and what each close code means. Types, validators, client, server,
# docs and the conformance suite come from this file: npx wirepact generate
asyncapi: 3.1.0
info: { title: ${JSON.stringify(title)}, version: 0.1.0 }

servers:
  main:
    host: localhost:8787
    protocol: ws
    security: [{ $ref: '#/components/securitySchemes/token' }]

channels:
  room:
    address: /rooms/{roomId}
    parameters:
      roomId:
        description: Name of the room.
        x-ws-parameter: { schema: { type: string, pattern: '^[a-z0-9-]{1,64}$' } }

    # Where the parts of a message sit.
    x-ws-envelope: { discriminator: /type, id: /id }

    # Which message tells that another was refused, and why.
    x-ws-error:
      message: error
      code: /code
      text: /text
      id: /id
      codes:
        - { code: malformed, when: malformed }
        - { code: unknown_type, when: unknown-type }
        - { code: invalid, when: invalid }

    # Who is let in. A browser sees a close code only where the connection was accepted first.
    x-ws-auth:
      scheme: token
      answers:
        - { when: missing, close: 4001 }
        - { when: invalid, close: 4001 }
        - { when: expired, close: 4001 }
        - { when: unknown-path, status: 404 }
      ready: [{ on: message, message: welcome }]

    # What each code means, and what a client does when it gets it.
    x-ws-close-codes:
      - { code: 1000, name: normal, sentBy: both, when: [normal], client: stop }
      - { code: 1001, name: going-away, sentBy: both, when: [going-away], client: retry }
      - { code: 1009, name: message-too-big, sentBy: server, when: [size], client: stop }
      - { code: 1011, name: internal-error, sentBy: server, when: [error], client: retry }
      - { code: 1012, name: service-restart, sentBy: server, when: [shutdown], client: slow }
      - { code: 4001, name: token-refused, sentBy: server, when: [auth], client: refresh-token }
      - { code: other, name: other, sentBy: both, when: [error], client: retry }

    # How each side learns that the other is gone.
    x-ws-heartbeat:
      - { initiator: server, frame: ping, intervalMs: 30000, timeoutMs: 10000 }
      - { initiator: client, message: ping, reply: pong, intervalMs: 30000, timeoutMs: 10000, satisfiedBy: any-message }

    # How a client comes back, and what it keeps meanwhile.
    x-ws-reconnect: { initialMs: 1000, multiplier: 2, maxMs: 30000, jitter: 0.5, stableMs: 10000 }
    x-ws-queue: { messages: 100, maxAgeMs: 60000, overflow: drop-oldest }

    # Who hears whom: a connection is in the room of its address.
    x-ws-room: { scope: room, parameter: roomId, joinOnOpen: true }
    x-ws-limits: { message: { bytes: 65536, close: 1009 }, shutdown: { close: 1012, withinMs: 10000 } }

    messages:
      say: { $ref: '#/components/messages/say' }
      ping: { $ref: '#/components/messages/ping' }
      welcome: { $ref: '#/components/messages/welcome' }
      said: { $ref: '#/components/messages/said' }
      pong: { $ref: '#/components/messages/pong' }
      error: { $ref: '#/components/messages/error' }

# Seen from the server: it receives what clients send.
operations:
  say: { action: receive, channel: { $ref: '#/channels/room' }, messages: [{ $ref: '#/channels/room/messages/say' }] }
  ping:
    action: receive
    channel: { $ref: '#/channels/room' }
    messages: [{ $ref: '#/channels/room/messages/ping' }]
    reply: { messages: [{ $ref: '#/channels/room/messages/pong' }] }
  tell:
    action: send
    channel: { $ref: '#/channels/room' }
    messages:
      - $ref: '#/channels/room/messages/welcome'
      - $ref: '#/channels/room/messages/said'
      - $ref: '#/channels/room/messages/error'

components:
  securitySchemes:
    token: { type: httpApiKey, name: token, in: query }
  messages:
    say:
      summary: Says something to everybody in the room.
      payload:
        type: object
        required: [type, text]
        properties: { type: { const: say }, id: { $ref: '#/components/schemas/id' }, text: { $ref: '#/components/schemas/text' } }
      examples: [{ payload: { type: say, text: hello } }]
    ping:
      payload:
        type: object
        required: [type]
        properties: { type: { const: ping }, id: { $ref: '#/components/schemas/id' } }
      examples: [{ payload: { type: ping } }]
    welcome:
      summary: The first message of every connection.
      x-ws-delivery: { to: direct }
      x-ws-trigger: [{ on: open, fields: { /userId: $user.id } }]
      payload:
        type: object
        required: [type, userId]
        properties: { type: { const: welcome }, userId: { type: string } }
      examples: [{ payload: { type: welcome, userId: '1' } }]
    said:
      summary: Somebody said something.
      x-ws-delivery: { to: room }
      x-ws-trigger:
        - { on: message, message: say, fields: { /text: '$message.payload#/text', /userId: $user.id } }
      payload:
        type: object
        required: [type, userId, text]
        properties: { type: { const: said }, userId: { type: string }, text: { $ref: '#/components/schemas/text' } }
      examples: [{ payload: { type: said, userId: '1', text: hello } }]
    pong:
      x-ws-delivery: { to: direct }
      x-ws-trigger: [{ on: message, message: ping }]
      payload:
        type: object
        required: [type]
        properties: { type: { const: pong }, id: { $ref: '#/components/schemas/id' } }
      examples: [{ payload: { type: pong } }]
    error:
      x-ws-delivery: { to: direct }
      payload:
        type: object
        required: [type, code]
        properties:
          type: { const: error }
          id: { $ref: '#/components/schemas/id' }
          code: { type: string }
          text: { type: string }
      examples: [{ payload: { type: error, code: invalid, text: text must not be empty } }]
  schemas:
    id: { type: string, minLength: 1, maxLength: 64, description: Matches an answer with what it answers. }
    text: { type: string, minLength: 1, maxLength: 2000 }
`;
}
