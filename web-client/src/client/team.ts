import { createTeamRest, type TeamRest } from '../rest/team.ts'
import type { Client } from './client.ts'

/** The REST client for calls that only staff may make. */
export function createTeam(client: Client): TeamRest {
  const team = createTeamRest(client.rest)
  // Code shared by all apps calls `client.rest.changeTicket`. For staff, that method must also send the assignee that the agent saw.
  client.rest.changeTicket = team.changeTicket
  return team
}
