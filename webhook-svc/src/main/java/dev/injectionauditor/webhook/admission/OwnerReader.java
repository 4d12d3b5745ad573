package dev.injectionauditor.webhook.admission;

import dev.injectionauditor.schema.OwnerRef;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Finds the controller among the owner references of a Pod. The API server validates a Pod only after admission, so a
 * reference can be incomplete here; it is then as good as absent.
 */
final class OwnerReader {

    private static final List<String> FIELDS = List.of("apiVersion", "kind", "name", "uid", "controller");

    private final JsonCursor json;
    private @Nullable OwnerRef controller;

    // Of the reference that is being read.
    private @Nullable String apiVersion;
    private @Nullable String kind;
    private @Nullable String name;
    private @Nullable UUID uid;
    private boolean isController;

    OwnerReader(JsonCursor json) {
        this.json = json;
    }

    /** The first complete reference that has {@code controller: true}, null if there was none. */
    @Nullable OwnerRef controller() {
        return controller;
    }

    /** Reads an element of the list. */
    void readOwner() throws BadInputException {
        if (!json.isObject()) {
            json.skip();
            return;
        }
        apiVersion = null;
        kind = null;
        name = null;
        uid = null;
        isController = false;
        json.object("an owner reference", FIELDS, this::readField);
        if (controller == null && isController && apiVersion != null && kind != null && name != null && uid != null) {
            controller = new OwnerRef(EventText.of(apiVersion), EventText.of(kind), EventText.of(name), uid);
        }
    }

    private void readField(String field) throws BadInputException {
        switch (field) {
            case "apiVersion" -> apiVersion = json.textUnlessEmpty("apiVersion of an owner");
            case "kind" -> kind = json.textUnlessEmpty("kind of an owner");
            case "name" -> name = json.textUnlessEmpty("name of an owner");
            case "uid" -> {
                String text = json.textUnlessEmpty("uid of an owner");
                uid = text == null ? null : OwnerRef.uidOf(text);
            }
            case "controller" -> isController = json.flag("controller of an owner");
            default -> throw new IllegalArgumentException(field);
        }
    }
}
