package dev.injectionauditor.webhook.tls;

import org.jspecify.annotations.Nullable;

/** Where the certificate to serve with comes from. Safe for use by many threads. */
public interface Certificates extends AutoCloseable {

    /** Starts to look for newer ones, in a thread of its own. */
    void start();

    /** The newest one that can be used, null if there has been none yet. */
    @Nullable TlsIdentity current();

    /** How many times the certificate has been exchanged while running. */
    long exchanged();

    /** Whether there is a newer pair that cannot be used, so that an older one is served. */
    boolean isNewestUnusable();

    @Override
    void close();
}
