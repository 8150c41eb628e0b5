// The same at a deployment with the status 440, cookies of other names, and a refresh route that the app has named.

import { SAME_ORIGIN, asDocumented, rows } from './support/rows.mjs';
import { visitAll } from './support/visit.mjs';

await visitAll(asDocumented(rows(SAME_ORIGIN)));
