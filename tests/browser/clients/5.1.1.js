// supertokens-website 5.1.1.

import SuperTokens from 'supertokens-website-5';
import { expose } from './window/expose.js';

expose({
  init: ({ api, expiredStatus }) => SuperTokens.init({ apiDomain: api, sessionExpiredStatusCode: expiredStatus }),
  signOut: () => SuperTokens.signOut(),
  doesSessionExist: () => SuperTokens.doesSessionExist(),
  userId: () => SuperTokens.getUserId(),
  refresh: () => SuperTokens.attemptRefreshingSession(),
});
