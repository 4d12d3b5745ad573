package dev.injectionauditor.webhook.admission;

/** What the webhook needs to know of one entry in a Pod's list of containers. */
enum ContainerEnv {
    /** {@code env} is absent or null. */
    ABSENT,
    /** {@code env} is a list without the variable. */
    WITHOUT_VARIABLE,
    /** {@code env} has an entry with the variable's name, however it sets the value. */
    WITH_VARIABLE,
    /** Not an object, so there is nothing to patch. The entry still takes up its index. */
    NOT_A_CONTAINER
}
