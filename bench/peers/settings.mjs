// What every peer is told by the bench, in its environment.

/** Where to listen, on 127.0.0.1. */
export const port = Number(process.env.PEER_PORT);

const url = new URL(process.env.PEER_DATABASE_URL);

/** The peer's own database, as both drivers want it. */
export const database = {
  host: url.hostname,
  port: Number(url.port),
  user: url.username,
  password: url.password,
  database: url.pathname.slice(1),
  connectionLimit: 50,
};

/** Listens, and ends when it is told to. */
export function serve(app) {
  const server = app.listen(port, '127.0.0.1', (error) => {
    if (error) throw error;
  });
  process.on('SIGTERM', () => server.close(() => process.exit(0)));
}
