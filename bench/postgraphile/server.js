// The peer of bench/api.py: the same database as a GraphQL API, under the same role and row-level security.
//   node server.js < settings.json
// The settings name the port, the database and, for each key that a caller sends, the settings of its session.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const { port, database, connections, callers } = JSON.parse(readFileSync(0, "utf8"));

const preset = {
  extends: [PostGraphileAmberPreset],
  // Without it every relation and every condition is there, not only those that it finds an index for by itself.
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  pgServices: [makePgService({ poolConfig: { ...database, max: connections }, schemas: ["course_crafter"] })],
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false, websockets: false },
  grafast: {
    explain: false,
    context: ({ node }) => ({ pgSettings: callers[node.req.headers.authorization] }),
  },
};

const server = createServer();
server.on("error", (error) => {
  throw error;
});
await postgraphile(preset).createServ(grafserv).addTo(server);
server.listen(port, "127.0.0.1", () => console.log("ready"));
