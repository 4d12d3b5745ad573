/**
 * The API server: HTTP, and what each request does to the store.
 *
 * <p>For: clients and the controllers. May touch: a port on 127.0.0.1, admission and the store. Data comes as requests
 * and goes back as objects, lists, watches and Status objects.
 */
@NullMarked
package dev.injectionauditor.localstack.cluster.api;

import org.jspecify.annotations.NullMarked;
