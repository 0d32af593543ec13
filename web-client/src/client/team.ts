import { createTeamRest, type TeamRest } from '../rest/team.ts'
import type { Client } from './client.ts'

/** The REST client for calls that only staff may make. */
export function createTeam(client: Client): TeamRest {
  const team = createTeamRest(client.rest)
  // The shared code changes tickets with `client.rest.changeTicket`. Make it use the request for staff.
  client.rest.changeTicket = team.changeTicket
  return team
}
