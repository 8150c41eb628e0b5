// The same with the page at another site, whose requests carry cookies only where the server says so.

import { CROSS_SITE, rows } from './support/rows.mjs';
import { visitAll } from './support/visit.mjs';

await visitAll(rows(CROSS_SITE));
