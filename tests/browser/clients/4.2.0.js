// supertokens-website 4.2.0, as an app of its time used it.

import SuperTokens from 'supertokens-website-4';
import { expose } from './window/expose.js';

let app;

expose({
  init(settings) {
    app = settings;
    SuperTokens.init({
      refreshTokenUrl: settings.api + settings.refreshPath,
      sessionExpiredStatusCode: settings.expiredStatus,
    });
  },
  // It has no sign-out of its own: an app called its own route.
  async signOut() {
    const { status } = await app.call('POST', '/auth/signout');
    if (status !== 200) throw new Error(`the sign-out was answered with ${status}`);
  },
  doesSessionExist: () => SuperTokens.doesSessionExist(),
  refresh: () => SuperTokens.attemptRefreshingSession(),
});
