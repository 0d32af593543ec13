import { createTeamRest, type TeamRest } from '../rest/team.ts'
import type { Client } from './client.ts'

/** The team's part of REST, as this person. */
export function createTeam(client: Client): TeamRest {
  const team = createTeamRest(client.rest)
  // What is shared between the apps changes a ticket the team's way from here on.
  client.rest.changeTicket = team.changeTicket
  return team
}
