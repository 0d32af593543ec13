// Generated from the types of the crate `core`. A test fails when this file is out of date. This command writes the file again:
// UPDATE_GENERATED=1 cargo test -p helpline-core --features typescript
// Do not edit.

import { anything, bool, integer, list, name, nullable, number, object, or, readable, record, string, word } from '../shape.ts'

export const decodeAccessPerson = object({
  id: string,
  name: nullable(name),
  email: nullable(string),
})

export const decodeAccessTicket = object({
  id: string,
  number: nullable(string),
})

export const decodeAccessEntry = object({
  id: integer,
  at: string,
  user: nullable(decodeAccessPerson),
  action: string,
  ticket: nullable(decodeAccessTicket),
  refused: nullable(string),
  ip: nullable(string),
  user_agent: nullable(string),
  detail: record(anything),
  detail_cut: or(bool, false),
})

export const decodeAccessPage = object({
  entries: readable(decodeAccessEntry),
  next_cursor: nullable(string),
  searched_to: nullable(string),
})

export const decodeAccessActions = object({
  actions: list(string),
})

export const decodeCheckState = word(['ok', 'failing', 'unknown'])

export const decodeSystemCheck = object({
  name: string,
  state: or(decodeCheckState, 'unknown'),
  code: nullable(string),
  since: nullable(string),
})

export const decodeSchemaVersion = object({
  version: integer,
  generation: integer,
})

export const decodeSystemView = object({
  version: string,
  instance: string,
  started_at: string,
  at: string,
  checks: list(decodeSystemCheck),
  connections: integer,
  rooms: integer,
  pool_used: integer,
  pool_idle: integer,
  pool_waiting: integer,
  database_version: nullable(string),
  database_mib: nullable(integer),
  clock_offset_ms: nullable(number),
  schema_found: nullable(decodeSchemaVersion),
  schema_expected: decodeSchemaVersion,
  retention_at: nullable(string),
})
