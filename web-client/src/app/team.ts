import { createTeamRest, type TeamRest } from '../rest/team.ts'
import type { Desk } from './desk.ts'

/** The team's part of REST, as this person. */
export function createTeam(desk: Desk): TeamRest {
  const team = createTeamRest(desk.rest)
  // What is shared between the faces changes a ticket the team's way from here on.
  desk.rest.changeTicket = team.changeTicket
  return team
}
